// Package reviews is the contract of the reviews module: what customers say of
// the orders they got, what restaurants reply, and what follows from both.
//
// There is one review for an order, and it is for good: a review that was
// deleted leaves a mark, without its text, so that the order is not reviewed
// again. The rating of the restaurant changes in the review's own transaction
// (restaurants.Service.Rate), and so do the figures about reviews.
//
// A review keeps the id of its author, never their name: that is asked of the
// customers module whenever a review is shown, as first name and initial. An
// erased customer's reviews stay, without an author.
//
// The sentiment of a comment is worked out here, without asking anybody, and
// always the same for the same words.
//
// Events (events.go) are delivered at least once after the commit; a
// subscriber must not mind to see one twice.
//
// team: reviews
package reviews
