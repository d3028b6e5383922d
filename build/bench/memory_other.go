//go:build !linux

package main

import "context"

const memoryKind = "wazero's own memory"

func withMemory(ctx context.Context) context.Context { return ctx }
