package service

import (
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
)

// corsOf is what the configuration file says of other origins.
func corsOf(f *config.File) proxy.CORS {
	return proxy.CORS{Origins: f.CORS.Origins, Credentials: f.CORS.Credentials, MaxAge: time.Duration(f.CORS.MaxAge) * time.Second}
}
