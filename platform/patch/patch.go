// Package patch holds the three states of a field in a partial update: absent
// (stays), null (emptied) and a value.
//
// team: platform
package patch

import "encoding/json"

// Field is one field of a partial update. The zero value is "absent".
type Field[T any] struct {
	// Set tells that the field was named, by a value or by null.
	Set bool `json:"-"`
	// Null tells that the field was named with an explicit null.
	Null bool `json:"-"`
	// Value is the value given; meaningless unless Set and not Null.
	Value T `json:"-"`
}

// To gives a field that is set to the value.
func To[T any](value T) Field[T] { return Field[T]{Set: true, Value: value} }

// ToNull gives a field that is set to null.
func ToNull[T any]() Field[T] { return Field[T]{Set: true, Null: true} }

// UnmarshalJSON implements json.Unmarshaler. It is called only for a field
// that is present, which is how absent and null are told apart.
func (f *Field[T]) UnmarshalJSON(data []byte) error {
	f.Set, f.Null = true, string(data) == "null" // the last of a repeated name counts
	if f.Null {
		return nil
	}
	return json.Unmarshal(data, &f.Value)
}

// Apply gives the value after the update of a field that cannot be empty.
func (f Field[T]) Apply(old T) T {
	if f.Set && !f.Null {
		return f.Value
	}
	return old
}

// ApplyNullable gives the value after the update of a field that can be empty.
func (f Field[T]) ApplyNullable(old *T) *T {
	switch {
	case !f.Set:
		return old
	case f.Null:
		return nil
	default:
		return &f.Value
	}
}

// Map gives the same state with a converted value.
func Map[T, U any](f Field[T], convert func(T) U) Field[U] {
	out := Field[U]{Set: f.Set, Null: f.Null}
	if f.Set && !f.Null {
		out.Value = convert(f.Value)
	}
	return out
}
