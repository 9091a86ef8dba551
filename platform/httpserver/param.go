package httpserver

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Param is a query parameter of which it matters whether it was given.
type Param[T any] struct {
	Value T
	IsSet bool
}

// Schema implements huma.SchemaProvider: in the document it is a plain T.
func (Param[T]) Schema(r huma.Registry) *huma.Schema { return schemaOf[T](r) }

// Receiver implements huma.ParamWrapper.
func (p *Param[T]) Receiver() reflect.Value { return reflect.ValueOf(p).Elem().Field(0) }

// OnParamSet implements huma.ParamReactor.
func (p *Param[T]) OnParamSet(isSet bool, _ any) { p.IsSet = isSet }

// Pointer gives the value, or nil when the parameter was not given.
func (p Param[T]) Pointer() *T {
	if !p.IsSet {
		return nil
	}
	return &p.Value
}
