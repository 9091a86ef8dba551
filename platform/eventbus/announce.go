package eventbus

import (
	"context"
	"fmt"

	"go.uber.org/zap"
)

// announcer tells others of an event that is about to be committed.
type announcer func(ctx context.Context, e Event) error

// Announced gives the subscription with an announcement: on Postgres announce is
// called for each event of it that this process publishes, when the function of
// the Write has returned nil and before COMMIT, on the goroutine that commits. So
// who was told knows of the event before anybody can see what it has changed.
// SQLite has one instance, which needs to tell nobody: there it is not called,
// and neither is it in a process without a started Bus, as in an import.
//
// Its error, or panic, undoes the Write, whose caller gets it. Its context is that
// of the Write's caller, whose deadline is the only one, and holds the ID of the
// event. It does not use the database. The transaction holds its rows and its
// connection meanwhile, and all the announcements of a Write have 4 s together:
// after that the server ends the transaction.
//
// What was announced may still not be committed, and one event of a Write that is
// tried again may be announced twice, with two IDs. What is committed is not
// always handled in this process: it may stop in between. New refuses the
// announcement of a subscription that was not made with AtCommit.
func (s Subscription) Announced(announce func(context.Context, Event) error) Subscription {
	s.announce = announce
	return s
}

// announces tells whether somebody wants an event to be announced.
func (b *Bus) announces(event string) bool {
	for _, s := range b.before {
		if s.announcers[event] != nil {
			return true
		}
	}
	return false
}

// announce tells of an event that is about to be committed, until one fails.
func (b *Bus) announce(ctx context.Context, r record) error {
	ctx = withID(ctx, r.ID)
	for _, s := range b.before {
		if tell := s.announcers[r.Name]; tell != nil {
			if err := s.announceBy(ctx, tell, r); err != nil {
				return fmt.Errorf("announce %s for %s: %w", r.Name, s.name, err)
			}
		}
	}
	return nil
}

// announceBy makes an error of a panic, which is the only one that is logged here:
// the caller of Write gets the errors.
func (s *subscriber) announceBy(ctx context.Context, tell announcer, r record) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
			s.log.Error("an announcement panicked; what was written is undone", zap.String("subscriber", s.name),
				zap.String("event", r.Name), zap.Int64("id", r.ID), zap.Error(err), zap.Stack("stack"))
		}
	}()
	return tell(ctx, r.published)
}

// idKey finds the id of an event in a context.
type idKey struct{}

func withID(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, idKey{}, id)
}

// ID is the number of the event that is being handled or announced, for the
// context that the handler was given. It is that of the outbox: unique in this
// database, and the same in every process and at every attempt. Elsewhere it is 0.
func ID(ctx context.Context) int64 {
	id, _ := ctx.Value(idKey{}).(int64) // 0 elsewhere
	return id
}
