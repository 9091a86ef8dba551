package demo

import (
	"bytes"
	"context"
	_ "embed" // the city
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"zomato/modules/restaurants"
)

//go:embed data/restaurants.csv
var restaurantsFile []byte

//go:embed data/dishes.csv
var dishesFile []byte

// source is where the external ids of the restaurants are from: that of the
// mapping for the whole data set, so that an import of it finds them.
const source = "zomato"

// kitchen is a restaurant with its menu.
type kitchen struct {
	restaurants.Restaurant

	items []restaurants.MenuItem
}

// fillCity imports the restaurants and their menus, and reads them back.
func (f *filler) fillCity(ctx context.Context) error {
	taken, err := f.to.RestaurantImport.ImportRestaurants(ctx, bytes.NewReader(restaurantsFile), restaurants.Import{
		Mapping: source, Since: moment(f.begin), Pause: f.options.Pause,
	})
	f.report.Restaurants = int(taken.Created)
	if err != nil {
		return fmt.Errorf("import the restaurants: %w", err)
	}
	places, err := records(restaurantsFile, ',')
	if err != nil {
		return err
	}
	menus, err := f.menus(places)
	if err != nil {
		return err
	}
	served, err := f.to.RestaurantImport.ImportMenuItems(ctx, menus, restaurants.Import{Source: source, Pause: f.options.Pause})
	f.report.MenuItems = int(served.Created)
	if err != nil {
		return fmt.Errorf("import the menus: %w", err)
	}
	if bad := taken.Rejected + served.Rejected; bad > 0 {
		return fmt.Errorf("%d rows of the demo's own data were refused", bad)
	}
	return f.readCity(ctx)
}

// readCity reads what was imported, which has the ids from 1.
func (f *filler) readCity(ctx context.Context) error {
	found, err := f.to.Restaurants.ByIDs(ctx, upTo(f.report.Restaurants))
	if err != nil {
		return fmt.Errorf("read the restaurants: %w", err)
	}
	at := map[int64]int{}
	for i, r := range found {
		at[r.ID] = i
		f.kitchens = append(f.kitchens, kitchen{Restaurant: r})
	}
	items := 0
	for part := range slices.Chunk(upTo(f.report.MenuItems), ordersAtOnce) {
		menu, err := f.to.Restaurants.Items(ctx, part)
		if err != nil {
			return fmt.Errorf("read the menus: %w", err)
		}
		for _, item := range menu {
			i, known := at[item.RestaurantID]
			if !known {
				return errIDs
			}
			items++
			f.kitchens[i].items = append(f.kitchens[i].items, item)
		}
	}
	if len(found) != f.report.Restaurants || items != f.report.MenuItems {
		return errIDs
	}
	return nil
}

// upTo gives the ids from 1.
func upTo(n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i) + 1
	}
	return ids
}

// The menus of the first two restaurants have so many dishes that the second
// one's begin with item 5: the examples of the API order its items 5 and 7.
const (
	firstMenu  = 4
	secondMenu = 8
	leastMenu  = 6
	mostMenu   = 14
)

// menus writes a file of menu items for all restaurants.
func (f *filler) menus(places []map[string]string) (io.Reader, error) {
	rows, err := records(dishesFile, ',')
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	lines := [][]string{{
		"restaurant_external_id", "external_id", "name", "description", "category", "price",
		"is_vegetarian", "is_vegan", "preparation_time",
	}}
	for i, place := range places {
		size := leastMenu + f.random.IntN(mostMenu-leastMenu+1)
		switch i {
		case 0:
			size = firstMenu
		case 1:
			size = secondMenu
		}
		for n, dish := range f.choose(place, rows, size) {
			lines = append(lines, f.menuLine(place, dish, n))
		}
	}
	if err := out.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write the menus: %w", err)
	}
	return &file, nil
}

// choose gives dishes that a restaurant could cook, each once.
func (f *filler) choose(place map[string]string, dishes []map[string]string, size int) []map[string]string {
	cuisines := strings.Split(place["Cuisines"], ", ")
	var fitting, others []map[string]string
	for _, dish := range dishes {
		if slices.ContainsFunc(cuisines, func(cuisine string) bool { return cooks(cuisine, dish) }) {
			fitting = append(fitting, dish)
		} else {
			others = append(others, dish)
		}
	}
	shuffle(f.random, fitting)
	shuffle(f.random, others)
	return append(fitting, others...)[:size]
}

func shuffle[T any](random *rand.Rand, all []T) {
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// cooks tells whether a dish belongs to a cuisine, by its region and course. What
// the data set does not place is cooked all over the north.
func cooks(cuisine string, dish map[string]string) bool {
	region, course := dish["region"], dish["course"]
	switch cuisine {
	case "North Indian", "Mughlai", "Awadhi", "Lucknowi", "Kashmiri":
		return course != "dessert" && (region == "North" || region == "Central" || region == "-1" || region == "")
	case "South Indian", "Andhra", "Kerala", "Hyderabadi":
		return region == "South"
	case "Gujarati", "Rajasthani", "Maharashtrian", "Goan":
		return region == "West"
	case "Bengali", "Oriya", "Bihari":
		return region == "East"
	case "Assamese":
		return region == "North East"
	case "Mithai", "Desserts", "Ice Cream", "Bakery":
		return course == "dessert"
	case "Street Food", "Fast Food":
		return course == "snack" || course == "starter"
	default:
		return false
	}
}

// menuLine makes a dish an item of a menu. The price follows from the course and
// from how dear the restaurant is; real prices are not in the data.
func (f *filler) menuLine(place, dish map[string]string, n int) []string {
	base := map[string]int{"main course": 170, "dessert": 90, "snack": 60, "starter": 140}[dish["course"]]
	level, _ := strconv.Atoi(place["Price range"]) // 0 when unknown
	price := base * (3 + level) / 4
	price += 5 * f.random.IntN(price/10)
	minutes, _ := strconv.Atoi(dish["cook_time"])
	vegetarian := dish["diet"] == "vegetarian"
	return []string{
		place["Restaurant ID"], fmt.Sprintf("demo-%d", n+1), strings.TrimSpace(dish["name"]), dish["ingredients"],
		strings.ToUpper(dish["course"][:1]) + dish["course"][1:], strconv.Itoa(price),
		strconv.FormatBool(vegetarian), strconv.FormatBool(vegetarian && isVegan(dish["ingredients"])),
		strconv.Itoa(min(max(minutes, 5), 45)),
	}
}

// isVegan tells whether none of the ingredients is from an animal.
func isVegan(ingredients string) bool {
	ingredients = strings.ToLower(ingredients)
	return !slices.ContainsFunc([]string{
		"milk", "ghee", "curd", "yogurt", "yoghurt", "paneer", "butter", "cream", "cheese", "honey", "khoa", "mawa", "malai",
		"egg", "chhena", "cottage", "dahi", "rabri", "clarified",
	}, func(animal string) bool { return strings.Contains(ingredients, animal) })
}

// records reads a file of the demo, by its header.
func records(file []byte, comma rune) ([]map[string]string, error) {
	in := csv.NewReader(bytes.NewReader(file))
	in.Comma = comma
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the demo's own data: %w", err)
	}
	out := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		out[i] = map[string]string{}
		for at, name := range rows[0] {
			out[i][name] = row[at]
		}
	}
	return out, nil
}
