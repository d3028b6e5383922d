package main

import (
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
)

// peopleSources are the people sources as a store asks for them.
type peopleSources struct{ *people.People }

// OfVisitor finds nobody by what is no visitor's id.
func (s peopleSources) OfVisitor(source string, visitor []byte) (key string, ok bool, err error) {
	if len(visitor) != abi.VisitorSize {
		return "", false, nil
	}
	return s.People.OfVisitor(source, [abi.VisitorSize]byte(visitor))
}

// OfLink finds nobody by what is no link's hash.
func (s peopleSources) OfLink(source string, keyID uint8, hash []byte) (key string, ok bool, err error) {
	if len(hash) != abi.LinkSize {
		return "", false, nil
	}
	return s.People.OfLink(source, keyID, [abi.LinkSize]byte(hash))
}
