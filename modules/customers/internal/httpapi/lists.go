package httpapi

import (
	"context"
	"fmt"

	"zomato/modules/customers/internal/core"
	"zomato/modules/restaurants"
	"zomato/platform/httpserver"
)

// address is a saved address as the API shows it.
type address struct {
	ID        int64    `json:"id" example:"1"`
	Label     string   `json:"label" example:"Home"`
	Address   string   `json:"address" example:"12 MG Road, Bengaluru"`
	Latitude  *float64 `json:"latitude" example:"12.9719"`
	Longitude *float64 `json:"longitude" example:"77.6412"`
	IsDefault bool     `json:"is_default"`
}

// newAddress is the body of POST …/addresses/.
type newAddress struct {
	Label     string   `json:"label" minLength:"1" maxLength:"50" example:"Home"`
	Address   string   `json:"address" minLength:"1" maxLength:"500" example:"12 MG Road, Bengaluru"`
	Latitude  *float64 `json:"latitude,omitempty" nullable:"true" minimum:"-90" maximum:"90"`
	Longitude *float64 `json:"longitude,omitempty" nullable:"true" minimum:"-180" maximum:"180"`
	IsDefault bool     `json:"is_default,omitempty"`
}

// addressChanges is the body of PUT …/addresses/{address_id}.
type addressChanges struct {
	Label     httpserver.Field[string]     `json:"label,omitempty" minLength:"1" maxLength:"50"`
	Address   httpserver.Field[string]     `json:"address,omitempty" minLength:"1" maxLength:"500"`
	Latitude  httpserver.Nullable[float64] `json:"latitude,omitempty" minimum:"-90" maximum:"90"`
	Longitude httpserver.Nullable[float64] `json:"longitude,omitempty" minimum:"-180" maximum:"180"`
	IsDefault httpserver.Field[bool]       `json:"is_default,omitempty"`
}

type addAddressInput struct {
	ByCustomer
	Body newAddress
}

// ByAddress is the input of what needs only an address's id.
type ByAddress struct {
	ByCustomer
	httpserver.IfMatch
	AddressID int64 `path:"address_id" minimum:"1" example:"1"`
}

type updateAddressInput struct {
	ByAddress
	Body addressChanges
}

type favouriteInput struct {
	ByCustomer
	RestaurantID int64 `path:"restaurant_id" minimum:"1" example:"2"`
}

func shown(a core.Address) address {
	return address{ID: a.ID, Label: a.Label, Address: a.Address, Latitude: a.Latitude, Longitude: a.Longitude, IsDefault: a.IsDefault}
}

func (h handlers) listAddresses(ctx context.Context, in *ByCustomer) (*httpserver.Whole[[]address], error) {
	saved, err := h.service.Addresses(ctx, in.CustomerID)
	if err != nil {
		return nil, err
	}
	out := make([]address, len(saved))
	for i, a := range saved {
		out[i] = shown(a)
	}
	return httpserver.WholeOf(out), nil
}

func (h handlers) addAddress(ctx context.Context, in *addAddressInput) (core.Address, error) {
	b := in.Body
	return h.service.AddAddress(ctx, core.Address{
		CustomerID: in.CustomerID, Label: b.Label, Address: b.Address,
		Latitude: b.Latitude, Longitude: b.Longitude, IsDefault: b.IsDefault,
	})
}

func addedAddress(in *addAddressInput, made core.Address) *httpserver.Created[address] {
	location := fmt.Sprintf("/customers/%d/addresses/", in.CustomerID)
	return httpserver.CreatedAt(location, made.ID, made.Version, shown(made)).About(in.CustomerID)
}

func (h handlers) updateAddress(ctx context.Context, in *updateAddressInput) (*httpserver.Item[address], error) {
	b := in.Body
	updated, err := h.service.UpdateAddress(ctx, in.CustomerID, in.AddressID, core.AddressChanges{
		Label: b.Label.Field, Address: b.Address.Field, Latitude: b.Latitude.Field,
		Longitude: b.Longitude.Field, IsDefault: b.IsDefault.Field,
	}, in.Versions())
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(shown(updated), updated.Version), nil
}

func (h handlers) deleteAddress(ctx context.Context, in *ByAddress) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.DeleteAddress(ctx, in.CustomerID, in.AddressID, in.Versions())
}

func (h handlers) listFavourites(ctx context.Context, in *ByCustomer) (*httpserver.Whole[[]restaurants.Restaurant], error) {
	found, err := h.service.Favourites(ctx, in.CustomerID)
	if err != nil {
		return nil, err
	}
	return httpserver.WholeOf(found), nil
}

func (h handlers) addFavourite(ctx context.Context, in *favouriteInput) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.AddFavourite(ctx, in.CustomerID, in.RestaurantID)
}

func (h handlers) removeFavourite(ctx context.Context, in *favouriteInput) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.RemoveFavourite(ctx, in.CustomerID, in.RestaurantID)
}
