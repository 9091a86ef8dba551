package redistier

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"sync/atomic"
)

// separator stands between the parts of a key.
const separator = ":"

// shortened is enough of a hash to tell apart whatever will ever meet in a Redis.
func shortened(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// space is where our keys are: those of one database in one run of a Redis.
type space struct {
	// base is what all of them begin with.
	base string
	// answers is what those of entries begin with. Other versions of the program
	// answer otherwise, and share tokens but no answers.
	answers string
	// greeting is the number of the greeting that has found it.
	greeting int64
	// entered says that everything kept here has been ended since we came.
	entered atomic.Bool
}

// home is what all keys of a database begin with, in every run.
func home(prefix, database string) string {
	return prefix + separator + shortened(database) + separator
}

func newSpace(home, run, program string) *space {
	base := home + shortened(run) + separator
	return &space{base: base, answers: base + "answer" + separator + shortened(program) + separator}
}

// entry is under which name an answer is kept.
func (s *space) entry(key string) string { return s.answers + key }

// token is under which name the token of a tag is.
func (s *space) token(tag string) string { return s.base + "token" + separator + tag }

// writers is under which name those are who are about to change something that
// the tag stands for.
func (s *space) writers(tag string) string { return s.base + "writers" + separator + tag }

// told says that an event was made known by a program with these policies.
func (s *space) told(policies string, id int64) string {
	return s.base + "told" + separator + policies + separator + strconv.FormatInt(id, 10)
}

// changes is the stream of invalidations, count how many there were.
func (s *space) changes() string { return s.base + "changes" }
func (s *space) count() string   { return s.base + "changes-count" }

// born is there as long as nothing of ours was lost; young for a while after it
// was made.
func (s *space) born() string  { return s.base + "born" }
func (s *space) young() string { return s.base + "young" }

// sums is where the counts of all instances are added up.
func (s *space) sums() string { return s.base + "sums" }

// probe is written to see whether Redis takes anything.
func (s *space) probe() string { return s.base + "probe" }

// escaped makes a text that a glob pattern of Redis takes literally.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(`*?[]^-\`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
