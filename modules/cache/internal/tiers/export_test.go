package tiers

// ApartWait is how long the first writer waits that cannot announce.
const ApartWait = apartWait

// ForgetCopies leaves tags without tokens in this process.
func (t *Tier) ForgetCopies(tags []string) { t.place.Load().memory.Forget(tags) }
