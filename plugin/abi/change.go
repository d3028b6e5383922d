package abi

import "github.com/profferhq/proffer/catalog"

// Withdrawn is the status, in histories of a store alone, of a proposition that
// the page had no place for: it counts for nothing, and goes from the cookie.
const Withdrawn catalog.Status = 6

// Changes is what a store is to take in of a call.
type Changes struct {
	Visitor []byte         // VisitorSize bytes
	Forget  bool           // everything about the visitor is to be erased
	Person  PersonKey      // as whom the visitor was identified explicitly in this call; nobody if its Key is nil
	Link    Link           // the person link of the visitor's cookie
	Folders []FolderChange // visitor data that is to be written
	History History        // propositions of the visitor that are new, or came further, or that the record lacked
	Persons []PersonChange // the same of persons
}

// FolderChange is the visitor's data in one folder after the call, whole.
type FolderChange struct {
	Folder     []byte
	Attributes Attributes
}

// PersonChange is what is new of one person's propositions. A nil Key is the person
// to whom the visitor is linked.
type PersonChange struct {
	Source  []byte
	Key     []byte
	History History
}
