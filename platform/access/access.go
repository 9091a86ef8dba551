// Package access says who is calling and who may call: the principal in the
// context, and the rule that each operation declares next to its route.
//
// In open mode (a developer's machine) everybody is staff; log-in comes with
// the identity module (design: reliability.md §6).
//
// team: platform
package access

import (
	"context"
	"strconv"
)

// Role is a set of roles, as bits.
type Role uint8

// The roles of reliability.md §6.
const (
	Nobody     Role = 1 << iota // not logged in
	Customer                    // a customer, for their own records
	Restaurant                  // a restaurant, for its own records
	Courier                     // a courier, for the orders assigned to them
	Staff                       // the company
	Admin                       // staff that also manages accounts
)

var names = [...]string{"nobody", "customer", "restaurant", "courier", "staff", "admin"} //nolint:gochecknoglobals // a constant table

// Principal is the caller of a request.
type Principal struct {
	// Role is exactly one role; the zero value is nobody.
	Role Role
	// CustomerID is the customer that a Customer principal is.
	CustomerID int64
	// RestaurantID is the restaurant that a Restaurant principal acts for.
	RestaurantID int64
}

type principalKey struct{}

// With gives a context that carries the principal.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From gives the principal of the context, nobody when there is none.
func From(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// Scope names whose view of the data the principal sees. An answer that
// depends on the caller is cached under the caller's scope.
func (p Principal) Scope() string {
	switch p.Role {
	case Customer:
		return "customer:" + strconv.FormatInt(p.CustomerID, 10)
	case Restaurant:
		return "restaurant:" + strconv.FormatInt(p.RestaurantID, 10)
	default:
		return p.role().name()
	}
}

func (p Principal) role() Role {
	if p.Role == 0 {
		return Nobody
	}
	return p.Role
}

func (r Role) name() string {
	for i, name := range names {
		if r == 1<<i {
			return name
		}
	}
	return "unknown"
}

// Rule says who may call an operation. The zero value declares nothing, and an
// operation with it is refused at start.
type Rule struct {
	roles      Role
	ownerParam string
}

// Public lets everybody call, without log-in.
func Public() Rule { return Rule{roles: Nobody | Customer | Restaurant | Courier | Staff | Admin} }

// Only lets the given roles call, and always admin.
func Only(roles Role) Rule { return Rule{roles: roles | Admin} }

// Own narrows the rule: a customer or a restaurant may call only where the path
// parameter is their own id. To others the record does not exist (404).
func (r Rule) Own(pathParameter string) Rule {
	r.ownerParam = pathParameter
	return r
}

// Declared tells whether the rule says anything.
func (r Rule) Declared() bool { return r.roles != 0 }

// IsPublic tells whether anybody may call, so that the answer is the same for
// all and may be kept by shared caches.
func (r Rule) IsPublic() bool { return r.roles&Nobody != 0 }

// Roles gives the names of the roles that may call, for the document.
func (r Rule) Roles() []string {
	var out []string
	for i, name := range names {
		if r.roles&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// Decision is what a rule says to a principal.
type Decision int

// The decisions; each but Allowed has its HTTP status.
const (
	Allowed         Decision = iota
	Unauthenticated          // 401: log in first
	Forbidden                // 403: not with this role
	Hidden                   // 404: another's record
)

// Decide applies the rule. The function gives the path parameters by name.
func (r Rule) Decide(p Principal, param func(name string) string) Decision {
	role := p.role()
	switch {
	case r.roles&role == 0 && role == Nobody:
		return Unauthenticated
	case r.roles&role == 0:
		return Forbidden
	case r.ownerParam != "" && !p.owns(param(r.ownerParam)):
		return Hidden
	default:
		return Allowed
	}
}

func (p Principal) owns(id string) bool {
	switch p.Role {
	case Customer:
		return id == strconv.FormatInt(p.CustomerID, 10)
	case Restaurant:
		return id == strconv.FormatInt(p.RestaurantID, 10)
	default:
		return true
	}
}
