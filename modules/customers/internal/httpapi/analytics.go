package httpapi

import (
	"context"
	"net/http"

	"zomato/modules/customers"
	"zomato/modules/customers/internal/core"
	"zomato/platform/httpserver"
)

// Figures are the figures of a customer where nobody keeps orders.
type Figures struct {
	CustomerID int64 `json:"customer_id" example:"1"`
}

// orderFigures are those where nobody keeps reviews.
type orderFigures struct {
	Figures
	customers.OrderSummary
}

// allFigures are those of a whole deployment.
type allFigures struct {
	Figures
	customers.OrderSummary
	customers.ReviewSummary
}

// figures is the operation that shows what this deployment knows: document and
// answer leave out what is switched off.
func figures(service *core.Analytics, parts Parts) httpserver.Endpoint {
	switch {
	case parts.Reviews:
		return figuresAs(service, func(f core.Figures) allFigures { return allFigures{Figures{f.CustomerID}, *f.Orders, *f.Reviews} })
	case parts.Orders:
		return figuresAs(service, func(f core.Figures) orderFigures { return orderFigures{Figures{f.CustomerID}, *f.Orders} })
	default:
		return figuresAs(service, func(f core.Figures) Figures { return Figures{f.CustomerID} })
	}
}

func figuresAs[T any](service *core.Analytics, shown func(core.Figures) T) httpserver.Endpoint {
	return httpserver.Handle(httpserver.Operation{
		ID: "get-customer-analytics", Method: http.MethodGet, Path: "/customers/{customer_id}/analytics", Access: own(),
		Summary:     "Read the figures of a customer",
		Description: "Of the whole time. Where a module is switched off, its figures are absent.",
		Errors:      []int{http.StatusNotFound},
	}, func(ctx context.Context, in *ByCustomer) (*httpserver.Whole[T], error) {
		found, err := service.Of(ctx, in.CustomerID)
		if err != nil {
			return nil, err
		}
		return httpserver.WholeOf(shown(found)), nil
	})
}
