package patch_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/patch"
)

func TestField_tells_absent_null_and_value_apart(t *testing.T) {
	t.Parallel()
	old := 7
	for _, c := range []struct {
		body     string
		field    patch.Field[int]
		applied  int
		nullable *int
	}{
		{`{}`, patch.Field[int]{}, 7, &old},
		{`{"stock":null}`, patch.ToNull[int](), 7, nil},
		{`{"stock":null,"stock":0}`, patch.To(0), 0, new(int)},
		{`{"stock":0}`, patch.To(0), 0, new(int)},
	} {
		t.Run(c.body, func(t *testing.T) {
			t.Parallel()
			var in struct {
				Stock patch.Field[int] `json:"stock"`
			}
			require.NoError(t, json.Unmarshal([]byte(c.body), &in))
			require.Equal(t, c.field, in.Stock)
			require.Equal(t, c.applied, in.Stock.Apply(old))
			require.Equal(t, c.nullable, in.Stock.ApplyNullable(&old))
		})
	}
}

func TestMap_keeps_the_state(t *testing.T) {
	t.Parallel()
	require.Equal(t, patch.To("5"), patch.Map(patch.To(5), strconv.Itoa))
	require.Equal(t, patch.ToNull[string](), patch.Map(patch.ToNull[int](), strconv.Itoa))
	require.Equal(t, patch.Field[string]{}, patch.Map(patch.Field[int]{}, strconv.Itoa))
}
