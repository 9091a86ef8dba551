package httpapi

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/httpserver"
	"zomato/platform/patch"
)

// newRestaurant is the body of POST /restaurants/.
type newRestaurant struct {
	Name                 string           `json:"name" minLength:"1" maxLength:"100" example:"Spice Route"`
	Cuisines             []string         `json:"cuisines,omitempty" minItems:"1" maxItems:"20" minLength:"1" maxLength:"50" doc:"At least one, without a comma; this or cuisine" example:"[\"North Indian\"]"`
	Cuisine              *string          `json:"cuisine,omitempty" minLength:"1" maxLength:"1100" doc:"The cuisines as one text with commas" example:"North Indian, Tandoor"`
	Description          *string          `json:"description,omitempty" nullable:"true" maxLength:"2000"`
	Address              *string          `json:"address,omitempty" nullable:"true" maxLength:"500" example:"5 Church Street"`
	City                 *string          `json:"city,omitempty" nullable:"true" maxLength:"100" example:"Bengaluru"`
	Location             *string          `json:"location,omitempty" nullable:"true" maxLength:"200" doc:"Area or free text" example:"Indiranagar"`
	Latitude             *float64         `json:"latitude,omitempty" nullable:"true" minimum:"-90" maximum:"90" doc:"Together with longitude" example:"12.9719"`
	Longitude            *float64         `json:"longitude,omitempty" nullable:"true" minimum:"-180" maximum:"180" example:"77.6412"`
	PhoneNumber          *string          `json:"phone_number,omitempty" nullable:"true" pattern:"^\\+?[0-9]{10,15}$" example:"+918041234567"`
	PriceLevel           *int             `json:"price_level,omitempty" nullable:"true" minimum:"1" maximum:"4" doc:"1 (cheap) to 4" example:"2"`
	Currency             *string          `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"ISO 4217; INR if absent" example:"INR"`
	Timezone             *string          `json:"timezone,omitempty" minLength:"1" maxLength:"64" doc:"IANA; that of this service if absent" example:"Asia/Kolkata"`
	IsActive             *bool            `json:"is_active,omitempty" doc:"True if absent"`
	MinOrderAmount       httpserver.Money `json:"min_order_amount,omitempty" minimum:"0" doc:"The least subtotal of an order; 0 if absent"`
	DeliveryFee          httpserver.Money `json:"delivery_fee,omitempty" minimum:"0" doc:"0 if absent"`
	ConfirmWithinMinutes *int             `json:"confirm_within_minutes,omitempty" nullable:"true" minimum:"1" maximum:"1440" doc:"null: an order is never cancelled by the clock"`
	MaxActiveOrders      *int             `json:"max_active_orders,omitempty" nullable:"true" minimum:"1" doc:"null: unlimited"`
	SlotCapacity         *int             `json:"slot_capacity,omitempty" nullable:"true" minimum:"1" doc:"null: unlimited"`
	SlotMinutes          *int             `json:"slot_minutes,omitempty" nullable:"true" minimum:"5" maximum:"240" doc:"null: 30"`
}

// restaurantChanges is the body of PUT /restaurants/{restaurant_id}.
type restaurantChanges struct {
	Name                 httpserver.Field[string]           `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Cuisines             httpserver.Field[[]string]         `json:"cuisines,omitempty" minItems:"1" maxItems:"20" minLength:"1" maxLength:"50" doc:"In place of those there are; this or cuisine"`
	Cuisine              httpserver.Field[string]           `json:"cuisine,omitempty" minLength:"1" maxLength:"1100" doc:"The cuisines as one text with commas"`
	Description          httpserver.Nullable[string]        `json:"description,omitempty" maxLength:"2000"`
	Address              httpserver.Nullable[string]        `json:"address,omitempty" maxLength:"500"`
	City                 httpserver.Nullable[string]        `json:"city,omitempty" maxLength:"100"`
	Location             httpserver.Nullable[string]        `json:"location,omitempty" maxLength:"200"`
	Latitude             httpserver.Nullable[float64]       `json:"latitude,omitempty" minimum:"-90" maximum:"90"`
	Longitude            httpserver.Nullable[float64]       `json:"longitude,omitempty" minimum:"-180" maximum:"180"`
	PhoneNumber          httpserver.Nullable[string]        `json:"phone_number,omitempty" pattern:"^\\+?[0-9]{10,15}$"`
	PriceLevel           httpserver.Nullable[int]           `json:"price_level,omitempty" minimum:"1" maximum:"4"`
	Currency             httpserver.Field[string]           `json:"currency,omitempty" pattern:"^[A-Z]{3}$"`
	Timezone             httpserver.Field[string]           `json:"timezone,omitempty" minLength:"1" maxLength:"64"`
	IsActive             httpserver.Field[bool]             `json:"is_active,omitempty" doc:"False stops new orders and hides it from search"`
	MinOrderAmount       httpserver.Field[httpserver.Money] `json:"min_order_amount,omitempty" minimum:"0"`
	DeliveryFee          httpserver.Field[httpserver.Money] `json:"delivery_fee,omitempty" minimum:"0"`
	ConfirmWithinMinutes httpserver.Nullable[int]           `json:"confirm_within_minutes,omitempty" minimum:"1" maximum:"1440"`
	MaxActiveOrders      httpserver.Nullable[int]           `json:"max_active_orders,omitempty" minimum:"1"`
	SlotCapacity         httpserver.Nullable[int]           `json:"slot_capacity,omitempty" minimum:"1"`
	SlotMinutes          httpserver.Nullable[int]           `json:"slot_minutes,omitempty" minimum:"5" maximum:"240"`
}

type createInput struct{ Body newRestaurant }

type listInput struct {
	httpserver.PageQuery
	IsActive httpserver.Param[bool] `query:"is_active" doc:"Only those that are, or are not, active"`
}

type updateInput struct {
	ByRestaurant
	httpserver.IfMatch
	Body restaurantChanges
}

type deleteInput struct {
	ByRestaurant
	httpserver.IfMatch
}

func (h handlers) create(ctx context.Context, in *createInput) (restaurants.Restaurant, error) {
	b := in.Body
	return h.service.Create(ctx, core.NewRestaurant{
		Name: b.Name, Cuisines: core.CuisineNames{List: b.Cuisines, Text: b.Cuisine}, Description: b.Description,
		Address: b.Address, City: b.City, Location: b.Location, Latitude: b.Latitude, Longitude: b.Longitude,
		PhoneNumber: b.PhoneNumber, PriceLevel: b.PriceLevel, Currency: b.Currency, Timezone: b.Timezone, IsActive: b.IsActive,
		MinOrderAmount: b.MinOrderAmount.Amount(), DeliveryFee: b.DeliveryFee.Amount(),
		ConfirmWithinMinutes: b.ConfirmWithinMinutes, MaxActiveOrders: b.MaxActiveOrders,
		SlotCapacity: b.SlotCapacity, SlotMinutes: b.SlotMinutes,
	})
}

func created(_ *createInput, made restaurants.Restaurant) *httpserver.Created[restaurants.Restaurant] {
	return httpserver.CreatedAt("/restaurants/", made.ID, made.Version, made)
}

func (h handlers) list(ctx context.Context, in *listInput) (*httpserver.List[restaurants.Restaurant], error) {
	page, err := h.service.List(ctx, core.Filter{IsActive: in.IsActive.Pointer()}, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}

func (h handlers) get(ctx context.Context, in *ByRestaurant) (*httpserver.Item[restaurants.Restaurant], error) {
	return one(h.service.Get(ctx, in.RestaurantID))
}

func (h handlers) update(ctx context.Context, in *updateInput) (*httpserver.Item[restaurants.Restaurant], error) {
	b := in.Body
	return one(h.service.Update(ctx, in.RestaurantID, core.Changes{
		Name:        b.Name.Field,
		Cuisines:    core.CuisineNames{List: b.Cuisines.Value, Text: b.Cuisine.ApplyNullable(nil)},
		Description: b.Description.Field,
		Address:     b.Address.Field, City: b.City.Field, Location: b.Location.Field,
		Latitude: b.Latitude.Field, Longitude: b.Longitude.Field,
		PhoneNumber: b.PhoneNumber.Field, PriceLevel: b.PriceLevel.Field,
		Currency: b.Currency.Field, Timezone: b.Timezone.Field, IsActive: b.IsActive.Field,
		MinOrderAmount:       patch.Map(b.MinOrderAmount.Field, httpserver.Money.Amount),
		DeliveryFee:          patch.Map(b.DeliveryFee.Field, httpserver.Money.Amount),
		ConfirmWithinMinutes: b.ConfirmWithinMinutes.Field, MaxActiveOrders: b.MaxActiveOrders.Field,
		SlotCapacity: b.SlotCapacity.Field, SlotMinutes: b.SlotMinutes.Field,
	}, in.Versions()))
}

func (h handlers) delete(ctx context.Context, in *deleteInput) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.Delete(ctx, in.RestaurantID, in.Versions())
}

func one(r restaurants.Restaurant, err error) (*httpserver.Item[restaurants.Restaurant], error) {
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(r, r.Version), nil
}
