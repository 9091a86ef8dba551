package main

import (
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"
)

func TestGiveUp_stops_the_application_with_exit_status_1(t *testing.T) {
	t.Parallel()
	var stop fx.Shutdowner
	app := fx.New(fx.NopLogger, fx.Populate(&stop))
	require.NoError(t, app.Start(t.Context()))
	signals := app.Wait()
	giveUp(stop, zap.NewNop())(errors.New("the disk"))
	require.ErrorIs(t, verdict(<-signals), errGaveUp)
	require.NoError(t, app.Stop(t.Context()))
	require.NoError(t, verdict(fx.ShutdownSignal{Signal: syscall.SIGTERM}))
}
