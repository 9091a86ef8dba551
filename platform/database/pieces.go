package database

import (
	"fmt"
	"time"
)

// The pieces in which a file is written out, in bytes: the first one, and how small
// and how large the others become. A piece shall take at most pieceTime, which is
// little more than a commit takes; with half of it p99 was higher (docs/adr/0031).
const (
	pieceFirst, pieceLeast, pieceMost = 1 << 20, 64 << 10, 16 << 20

	pieceTime = 600 * time.Microsecond
)

// inPieces has a file of that size written out, one piece after the other. How large
// a piece may be is learnt from how long the last one took: a megabyte can be one page
// that has changed, or 256, or none.
func inPieces(size int64, now func() time.Time, write func(at, length int64) error) error {
	length := int64(pieceFirst)
	for at := int64(0); at < size; {
		begin := now()
		if err := write(at, length); err != nil {
			return err
		}
		at += length
		switch took := now().Sub(begin); {
		case took < pieceTime/2:
			length = min(2*length, pieceMost)
		case took > pieceTime:
			length = max(length/2, pieceLeast)
		}
	}
	return nil
}

// bring brings the file to the disk. An fsync alone would hand the disk all that has
// changed at once, some thousand pages all over the file, and a commit that comes
// meanwhile would wait behind them (docs/adr/0031). It is still what makes it certain
// that they are there.
func (f *dataFile) bring() error {
	info, err := f.Stat()
	if err == nil {
		err = inPieces(info.Size(), time.Now, f.writeOut)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("bring the database to the disk: %w: %w", errSync, err)
	}
	return nil
}
