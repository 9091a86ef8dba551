package throwaway

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that runs the servers. The zero value is ourselves.
type account struct {
	other    bool
	uid, gid uint32
}

// serverAccount is ourselves, unless we are root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	var unknown user.UnknownUserError
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if errors.As(err, &unknown) {
			continue
		}
		if err != nil {
			return account{}, fmt.Errorf("looking up the user %s: %w", name, err)
		}
		return parseAccount(found)
	}
	return account{}, errors.New("initdb refuses root, and there is neither a user postgres nor a user nobody")
}

func parseAccount(found *user.User) (account, error) {
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the uid of %s: %w", found.Username, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the gid of %s: %w", found.Username, err)
	}
	return account{other: true, uid: uint32(uid), gid: uint32(gid)}, nil
}

// credential is nil for ourselves: only root may switch users.
func (a account) credential() *syscall.Credential {
	if !a.other {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// own makes the account the owner of a folder.
func (a account) own(folder string) error {
	if !a.other {
		return nil
	}
	return os.Chown(folder, int(a.uid), int(a.gid))
}

// reaches tells whether the account may pass through a folder and its parents.
func (a account) reaches(folder string) bool {
	for {
		info, err := os.Stat(folder)
		if err != nil || (a.other && info.Mode()&0o001 == 0) {
			return false
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return true
		}
		folder = parent
	}
}
