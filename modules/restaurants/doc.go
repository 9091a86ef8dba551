// Package restaurants is the contract of the restaurants module: restaurants
// with their cuisines and menus, and the search over them.
//
// A deleted restaurant is gone from every answer of this module; its row stays,
// so that orders keep a restaurant id that is never given to another one. The
// rating is kept here and written through by those who know of reviews (Rate);
// ratings that came with an import count beside it.
//
// Events (events.go) are delivered at least once after the commit; a
// subscriber must not mind to see one twice.
//
// team: restaurants
package restaurants
