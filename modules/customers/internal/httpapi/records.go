package httpapi

import (
	"context"

	"zomato/modules/customers"
	"zomato/modules/customers/internal/core"
	"zomato/platform/httpserver"
)

// newCustomer is the body of POST /customers/.
type newCustomer struct {
	Name        string  `json:"name" minLength:"1" maxLength:"100" example:"Asha Rao"`
	Email       string  `json:"email" maxLength:"254" doc:"Unique, whatever its case" example:"asha@example.com"`
	PhoneNumber *string `json:"phone_number,omitempty" nullable:"true" pattern:"^\\+?[0-9]{10,15}$" doc:"Unique" example:"+919876543210"`
	Address     *string `json:"address,omitempty" nullable:"true" maxLength:"500" example:"12 MG Road, Bengaluru"`
}

// customerChanges is the body of PUT /customers/{customer_id}.
type customerChanges struct {
	Name        httpserver.Field[string]    `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Email       httpserver.Field[string]    `json:"email,omitempty" maxLength:"254"`
	PhoneNumber httpserver.Nullable[string] `json:"phone_number,omitempty" pattern:"^\\+?[0-9]{10,15}$"`
	Address     httpserver.Nullable[string] `json:"address,omitempty" maxLength:"500"`
	IsActive    httpserver.Field[bool]      `json:"is_active,omitempty"`
}

type createInput struct{ Body newCustomer }

type listInput struct {
	httpserver.PageQuery
	IsActive httpserver.Param[bool] `query:"is_active" doc:"Only those that are, or are not, active"`
	Q        string                 `query:"q" maxLength:"200" doc:"Each word must begin a word of the name or the e-mail address"`
}

type updateInput struct {
	ByCustomer
	httpserver.IfMatch
	Body customerChanges
}

type eraseInput struct {
	ByCustomer
	httpserver.IfMatch
}

func (h handlers) create(ctx context.Context, in *createInput) (customers.Customer, error) {
	return h.service.Create(ctx, core.NewCustomer(in.Body))
}

func created(_ *createInput, made customers.Customer) *httpserver.Created[customers.Customer] {
	return httpserver.CreatedAt("/customers/", made.ID, made.Version, made).About(made.ID)
}

func (h handlers) list(ctx context.Context, in *listInput) (*httpserver.List[customers.Customer], error) {
	page, err := h.service.List(ctx, in.IsActive.Pointer(), in.Q, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}

func (h handlers) get(ctx context.Context, in *ByCustomer) (*httpserver.Item[customers.Customer], error) {
	return one(h.service.Get(ctx, in.CustomerID))
}

func (h handlers) update(ctx context.Context, in *updateInput) (*httpserver.Item[customers.Customer], error) {
	return one(h.service.Update(ctx, in.CustomerID, core.Changes{
		Name: in.Body.Name.Field, Email: in.Body.Email.Field, PhoneNumber: in.Body.PhoneNumber.Field,
		Address: in.Body.Address.Field, IsActive: in.Body.IsActive.Field,
	}, in.Versions()))
}

func (h handlers) erase(ctx context.Context, in *eraseInput) (*httpserver.Whole[customers.Customer], error) {
	before, err := h.service.Erase(ctx, in.CustomerID, in.Versions())
	if err != nil {
		return nil, err
	}
	return httpserver.WholeOf(before), nil
}

func one(c customers.Customer, err error) (*httpserver.Item[customers.Customer], error) {
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(c, c.Version), nil
}
