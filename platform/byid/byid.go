// Package byid arranges records by their ids.
//
// team: platform
package byid

// InOrder gives the records in the order in which their ids were asked for, each
// once; ids without a record are left out. It never gives nil, which JSON would
// show as null.
func InOrder[T any](ids []int64, found []T, id func(T) int64) []T {
	byID := make(map[int64]T, len(found))
	for _, record := range found {
		byID[id(record)] = record
	}
	ordered := make([]T, 0, len(found))
	for _, wanted := range ids {
		if record, ok := byID[wanted]; ok {
			ordered = append(ordered, record)
			delete(byID, wanted) // each once
		}
	}
	return ordered
}
