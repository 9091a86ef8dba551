package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zomato/modules/customers"
)

// ordersPerCustomer is how many orders one has on average; fewPeople are there
// at least.
const (
	ordersPerCustomer = 10
	fewPeople         = 40
	peopleAtOnce      = 500
)

// joined is how long before the orders the first customers came.
const joined = 60 * 24 * time.Hour

// firstNames and lastNames make up who orders; the first ones are Asha Rao.
const (
	firstNames = "Asha Ravi Priya Arjun Kavya Imran Meera Vikram Sana Rohan Anita Karan Divya Sameer " +
		"Neha Aditya Pooja Rahul Farah Nikhil Sunita Manish Ishita Gurpreet Leela Harish Tara Joseph"
	lastNames = "Rao Sharma Iyer Khan Singh Patel Das Mehta Nair Gupta Joshi Bose Kapoor Reddy " +
		"Verma Thomas Chawla Malik Sethi Yadav Bhatt Ghosh Pillai Arora Saxena Menon"
)

// fillPeople makes up customers. Customer 1 is Asha Rao, as in the examples.
func (f *filler) fillPeople(ctx context.Context) error {
	since := make([]time.Duration, max(fewPeople, f.options.Orders/ordersPerCustomer))
	for i := range since {
		since[i] = time.Duration(f.random.Int64N(int64(joined)))
	}
	slices.Sort(since)
	firsts, lasts := strings.Fields(firstNames), strings.Fields(lastNames)
	made := make([]customers.PastCustomer, len(since))
	for i := range made {
		first, last := one(f.random, firsts), one(f.random, lasts)
		if i == 0 {
			first, last = firsts[0], lasts[0]
		}
		made[i] = customers.PastCustomer{
			Name: first + " " + last, Email: fmt.Sprintf("%s.%s.%d@example.com", strings.ToLower(first), strings.ToLower(last), i+1),
			// No subscriber's number in India begins with a 0: nobody is called by this.
			PhoneNumber: new(fmt.Sprintf("+910%09d", i+1)),
			Address:     new(f.address()), Since: moment(f.begin.Add(since[i] - joined)),
		}
	}
	for part := range slices.Chunk(made, peopleAtOnce) {
		people, err := f.to.Customers.ImportCustomers(ctx, part)
		if err != nil {
			return fmt.Errorf("import the customers: %w", err)
		}
		f.people = append(f.people, people...)
		if f.people[0].ID != 1 {
			return errIDs
		}
		if err = f.pause(ctx); err != nil {
			return err
		}
	}
	f.report.Customers = len(f.people)
	return nil
}

// address makes up an address in the area of one of the restaurants.
func (f *filler) address() string {
	area := "Faridabad"
	if location := one(f.random, f.kitchens).Location; location != nil {
		parts := strings.Split(*location, ", ")
		for _, part := range slices.Backward(parts) {
			if part != area {
				area = part + ", " + area
				break
			}
		}
	}
	return fmt.Sprintf("House %d, %s", 1+f.random.IntN(900), area)
}
