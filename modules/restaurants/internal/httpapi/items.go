package httpapi

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/httpserver"
	"zomato/platform/patch"
)

// newItem is the body of POST …/menu-items/.
type newItem struct {
	Name            string           `json:"name" minLength:"1" maxLength:"100" example:"Paneer Tikka"`
	Description     *string          `json:"description,omitempty" nullable:"true" maxLength:"1000"`
	Category        string           `json:"category" minLength:"1" maxLength:"50" example:"Starters"`
	Price           httpserver.Money `json:"price" exclusiveMinimum:"0" doc:"In the restaurant's currency"`
	IsVegetarian    *bool            `json:"is_vegetarian,omitempty" doc:"As is_vegan if absent"`
	IsVegan         bool             `json:"is_vegan,omitempty" doc:"What is vegan is vegetarian as well"`
	IsAvailable     *bool            `json:"is_available,omitempty" doc:"True if absent"`
	PreparationTime *int             `json:"preparation_time,omitempty" nullable:"true" minimum:"0" maximum:"600" doc:"Minutes" example:"15"`
	Stock           *int             `json:"stock,omitempty" nullable:"true" minimum:"0" doc:"null: unlimited"`
}

// itemChanges is the body of PUT /menu-items/{menu_item_id}.
type itemChanges struct {
	Name            httpserver.Field[string]           `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Description     httpserver.Nullable[string]        `json:"description,omitempty" maxLength:"1000"`
	Category        httpserver.Field[string]           `json:"category,omitempty" minLength:"1" maxLength:"50"`
	Price           httpserver.Field[httpserver.Money] `json:"price,omitempty" exclusiveMinimum:"0"`
	IsVegetarian    httpserver.Field[bool]             `json:"is_vegetarian,omitempty"`
	IsVegan         httpserver.Field[bool]             `json:"is_vegan,omitempty" doc:"What is vegan is vegetarian as well"`
	IsAvailable     httpserver.Field[bool]             `json:"is_available,omitempty"`
	PreparationTime httpserver.Nullable[int]           `json:"preparation_time,omitempty" minimum:"0" maximum:"600"`
	Stock           httpserver.Nullable[int]           `json:"stock,omitempty" minimum:"0"`
}

type menuInput struct {
	ByRestaurant
	Category   string                 `query:"category" maxLength:"50" doc:"Only this category, whatever case and accents"`
	Vegetarian httpserver.Param[bool] `query:"vegetarian" doc:"Only what is, or is not, vegetarian"`
	Vegan      httpserver.Param[bool] `query:"vegan" doc:"Only what is, or is not, vegan"`
	Available  httpserver.Param[bool] `query:"available" doc:"Only what is, or is not, available"`
}

type addItemInput struct {
	ByRestaurant
	Body newItem
}

type updateItemInput struct {
	ByItem
	httpserver.IfMatch
	Body itemChanges
}

type deleteItemInput struct {
	ByItem
	httpserver.IfMatch
}

func (h handlers) menu(ctx context.Context, in *menuInput) (*httpserver.Whole[[]restaurants.MenuItem], error) {
	items, err := h.service.Menu(ctx, core.ItemSearch{
		RestaurantID: in.RestaurantID, Category: in.Category,
		Vegetarian: in.Vegetarian.Pointer(), Vegan: in.Vegan.Pointer(), Available: in.Available.Pointer(),
	})
	if err != nil {
		return nil, err
	}
	return httpserver.WholeOf(items), nil
}

func (h handlers) addItem(ctx context.Context, in *addItemInput) (restaurants.MenuItem, error) {
	b := in.Body
	return h.service.AddItem(ctx, core.NewItem{
		RestaurantID: in.RestaurantID, Name: b.Name, Description: b.Description, Category: b.Category, Price: b.Price.Amount(),
		IsVegetarian: b.IsVegetarian, IsVegan: b.IsVegan, IsAvailable: b.IsAvailable,
		PreparationTime: b.PreparationTime, Stock: b.Stock,
	})
}

func addedItem(_ *addItemInput, made restaurants.MenuItem) *httpserver.Created[restaurants.MenuItem] {
	return httpserver.CreatedAt("/menu-items/", made.ID, made.Version, made)
}

func (h handlers) getItem(ctx context.Context, in *ByItem) (*httpserver.Item[restaurants.MenuItem], error) {
	return oneItem(h.service.Item(ctx, in.MenuItemID))
}

func (h handlers) updateItem(ctx context.Context, in *updateItemInput) (*httpserver.Item[restaurants.MenuItem], error) {
	b := in.Body
	return oneItem(h.service.UpdateItem(ctx, in.MenuItemID, core.ItemChanges{
		Name: b.Name.Field, Description: b.Description.Field, Category: b.Category.Field,
		Price:        patch.Map(b.Price.Field, httpserver.Money.Amount),
		IsVegetarian: b.IsVegetarian.Field, IsVegan: b.IsVegan.Field, IsAvailable: b.IsAvailable.Field,
		PreparationTime: b.PreparationTime.Field, Stock: b.Stock.Field,
	}, in.Versions()))
}

func (h handlers) deleteItem(ctx context.Context, in *deleteItemInput) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.DeleteItem(ctx, in.MenuItemID, in.Versions())
}

func oneItem(i restaurants.MenuItem, err error) (*httpserver.Item[restaurants.MenuItem], error) {
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(i, i.Version), nil
}
