package paging

// Window is the part of a list in the order of ids that a store reads: Limit
// items behind the id After, leaving out Skip.
type Window struct {
	Limit, Skip int
	After       int64
}

// idPosition is where a page of a list in the order of ids ended.
type idPosition struct {
	ID int64 `json:"i"`
}

// WindowOf reads a query for a list in the order of ids. A cursor that was not
// made for one is an Invalid fault.
func WindowOf(q Query) (Window, error) {
	after, err := Position[idPosition](q)
	return Window{Limit: q.Limit, Skip: q.Skip, After: after.ID}, err
}

// CutByID is Cut for a list in the order of ids.
func CutByID[T any](items []T, limit int, id func(T) int64) Page[T] {
	return Cut(items, limit, func(item T) idPosition { return idPosition{id(item)} })
}

// Counted adds the number of all items to a page, if it was asked for.
func Counted[T any](page Page[T], q Query, count func() (int64, error)) (Page[T], error) {
	if !q.Count {
		return page, nil
	}
	total, err := count()
	if err != nil {
		return Page[T]{}, err
	}
	page.Total = &total
	return page, nil
}
