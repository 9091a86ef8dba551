package archtest

// checkDeterminism is rule 10. The tests of core obey the first half: what they
// say must not depend on the day they run. Tests are exempt from the second:
// they stand at the root of a call, where context.Background belongs.
func checkDeterminism(t *Tree) []Finding {
	clock := map[string]bool{"Now": true, "Since": true, "Until": true}
	root := map[string]bool{"Background": true, "TODO": true}
	var found []Finding
	for _, f := range t.files {
		if f.module == "" || !f.inside("internal") {
			continue
		}
		for _, u := range f.uses("time") {
			if clock[u.name] && f.inside("internal/core") {
				found = append(found, f.finding(u.pos, "core asks the machine for the time (time.%s): take a %s through the constructor, so that a test can set it", u.name, t.own("platform", "clock")))
			}
		}
		for _, u := range f.uses("context") {
			if root[u.name] && !f.test {
				found = append(found, f.finding(u.pos, "context.%s cuts the request off from its deadline and its transaction: take the context as the first parameter and hand it on", u.name))
			}
		}
	}
	return found
}
