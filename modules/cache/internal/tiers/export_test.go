package tiers

// ForgetCopies leaves tags without tokens in this process.
func (t *Tier) ForgetCopies(tags []string) { t.place.Load().memory.Forget(tags) }
