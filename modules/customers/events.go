package customers

// Changed says that something of a customer is different from before: the
// record, an address or a favourite; also that the customer is new.
type Changed struct {
	CustomerID int64 `json:"customer_id"`
}

// EventName implements eventbus.Event.
func (Changed) EventName() string { return "customers.changed" }

// Renamed says that the name or the phone number of a customer is different from
// before: who shows neither has nothing to forget. It comes besides Changed.
type Renamed struct {
	CustomerID int64 `json:"customer_id"`
}

// EventName implements eventbus.Event.
func (Renamed) EventName() string { return "customers.renamed" }

// Erased says that a customer's personal data are gone.
type Erased struct {
	CustomerID int64 `json:"customer_id"`
}

// EventName implements eventbus.Event.
func (Erased) EventName() string { return "customers.erased" }
