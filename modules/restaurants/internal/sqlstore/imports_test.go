package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants/internal/core"
)

func TestImported_records_are_stored_at_once_and_found_by_their_source(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		fresh := []core.NewImported{
			{Restaurant: named("B", "Thai", "Café"), ExternalID: "s:2", Imported: core.Rating{Sum: 9, Count: 2}},
			{Restaurant: named("A", "CAFE"), ExternalID: "s:1"},
		}
		var ids, items []int64
		f.write(t, func(ctx context.Context) (err error) {
			if ids, err = f.store.InsertImported(ctx, fresh); err != nil {
				return err
			}
			pad, larb := dish(ids[0], "Pad Thai"), dish(ids[1], "Larb")
			items, err = f.store.InsertImportedItems(ctx, []core.ImportedItem{
				{MenuItem: pad, ExternalID: "s:1"}, {MenuItem: larb, ExternalID: "s:1"},
			}, now())
			return err
		})
		f.write(t, func(ctx context.Context) error { // locked, as a unit of work reads them
			found, err := f.store.Imported(ctx, []string{"s:1", "s:2", "s:3", "1"}, true)
			require.NoError(t, err)
			byID := map[string]core.ImportedRestaurant{}
			for _, r := range found {
				byID[r.ExternalID] = r
			}
			require.Len(t, byID, 2)
			assert.Equal(t, []any{ids[0], "B", 4.5, int64(2)}, []any{byID["s:2"].ID, byID["s:2"].Name, byID["s:2"].Rating, byID["s:2"].RatingCount})
			assert.Equal(t, core.StoredRating{Imported: core.Rating{Sum: 9, Count: 2}}, byID["s:2"].Stars)
			assert.Equal(t, ids[1], byID["s:1"].ID)
			assert.Equal(t, []string{"Thai"}, byID["s:2"].Cuisines[:1])
			assert.Equal(t, byID["s:2"].Cuisines[1:], byID["s:1"].Cuisines, "one cuisine, called as it was first")

			dishes, err := f.store.ImportedItems(ctx, ids, []string{"s:1", "s:2"}, true)
			require.NoError(t, err)
			require.Len(t, dishes, 2)
			for n, item := range items {
				for _, found := range dishes {
					if found.ID == item {
						assert.Equal(t, ids[n], found.RestaurantID)
					}
				}
			}
			return nil
		})
		hits, err := f.store.Search(t.Context(), core.Criteria{Words: []string{"larb"}}, core.Ranking{Sort: core.ByNewest, Limit: 5})
		require.NoError(t, err)
		require.Len(t, hits, 1)
		assert.Equal(t, "A", hits[0].Name)
	})
}

func TestA_record_that_another_import_stored_is_told(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		one := []core.NewImported{{Restaurant: named("A"), ExternalID: "s:1"}}
		var ids []int64
		f.write(t, func(ctx context.Context) (err error) {
			ids, err = f.store.InsertImported(ctx, one)
			return err
		})
		err := f.db.Write(t.Context(), func(ctx context.Context) error {
			_, err := f.store.InsertImported(ctx, one)
			return err
		})
		require.ErrorIs(t, err, core.ErrImportedMeanwhile)

		item := []core.ImportedItem{{MenuItem: dish(ids[0], "Larb"), ExternalID: "s:1"}}
		insert := func(ctx context.Context) error {
			_, err := f.store.InsertImportedItems(ctx, item, now())
			return err
		}
		f.write(t, insert)
		require.ErrorIs(t, f.db.Write(t.Context(), insert), core.ErrImportedMeanwhile)
	})
}
