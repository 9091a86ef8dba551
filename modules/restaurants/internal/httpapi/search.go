package httpapi

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/money"
	"zomato/platform/paging"
)

// hit is a restaurant that a search found.
type hit struct {
	restaurants.Restaurant

	MatchedDishes []restaurants.MenuItem `json:"matched_dishes,omitzero" maxItems:"3" doc:"The best dishes that q found; only with q"`
}

// cuisine is a cuisine as the API shows it.
type cuisine struct {
	ID          int64  `json:"id" example:"1"`
	Name        string `json:"name" example:"North Indian"`
	Restaurants int64  `json:"restaurants" doc:"How many active restaurants have it"`
}

type searchInput struct {
	httpserver.PageQuery
	Cuisine    httpserver.Repeated       `query:"cuisine,explode" maxItems:"20" maxLength:"1100" doc:"Any of them; several times, or as a list with commas"`
	Rating     httpserver.Param[float64] `query:"rating" minimum:"0" maximum:"5" doc:"At least that many stars"`
	MinRating  httpserver.Param[float64] `query:"min_rating" minimum:"0" maximum:"5" doc:"The same as rating"`
	Location   string                    `query:"location" maxLength:"200" doc:"Each word must begin a word of location, city or address"`
	Q          string                    `query:"q" maxLength:"200" doc:"Each word must begin a word of the name, a cuisine or a dish"`
	PriceLevel httpserver.Param[int]     `query:"price_level" minimum:"1" maximum:"4"`
	Vegetarian bool                      `query:"vegetarian" doc:"True: only with a vegetarian dish"`
	Sort       string                    `query:"sort" enum:"relevance,rating,popularity,newest" default:"relevance"`
}

type searchItemsInput struct {
	httpserver.PageQuery
	Q            string                  `query:"q" maxLength:"200" doc:"Each word must begin a word of the item's name"`
	RestaurantID httpserver.Param[int64] `query:"restaurant_id" minimum:"1"`
	Category     string                  `query:"category" maxLength:"50" doc:"Only this category, whatever case and accents"`
	Vegetarian   httpserver.Param[bool]  `query:"vegetarian" doc:"Only what is, or is not, vegetarian"`
	Vegan        httpserver.Param[bool]  `query:"vegan" doc:"Only what is, or is not, vegan"`
	MaxPrice     string                  `query:"max_price" pattern:"^[0-9]{1,10}(\\.[0-9]{1,2})?$" doc:"An amount of money: what costs at most that" example:"249.50"`
}

func (h handlers) search(ctx context.Context, in *searchInput) (*httpserver.List[hit], error) {
	page, err := h.service.Search(ctx, core.Search{
		Cuisines: in.Cuisine.Values(), Rating: in.Rating.Pointer(), MinRating: in.MinRating.Pointer(),
		Location: in.Location, Q: in.Q, PriceLevel: in.PriceLevel.Pointer(), Vegetarian: in.Vegetarian, Sort: core.Sort(in.Sort),
	}, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, paging.Convert(page, func(h core.Hit) hit { return hit{h.Restaurant, h.Dishes} })), nil
}

func (h handlers) searchItems(ctx context.Context, in *searchItemsInput) (*httpserver.List[restaurants.MenuItem], error) {
	search := core.ItemSearch{
		RestaurantID: in.RestaurantID.Value, Q: in.Q, Category: in.Category,
		Vegetarian: in.Vegetarian.Pointer(), Vegan: in.Vegan.Pointer(),
	}
	if in.MaxPrice != "" {
		amount, err := money.Parse(in.MaxPrice)
		if err != nil {
			return nil, fault.Fields(fault.Field{Pointer: "query/max_price", Code: "invalid", Detail: "The amount " + err.Error() + "."})
		}
		search.MaxPrice = &amount
	}
	page, err := h.service.SearchItems(ctx, search, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}

func (h handlers) cuisines(ctx context.Context, _ *struct{}) (*httpserver.Whole[[]cuisine], error) {
	found, err := h.service.Cuisines(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]cuisine, len(found))
	for i, c := range found {
		out[i] = cuisine(c)
	}
	return httpserver.WholeOf(out), nil
}
