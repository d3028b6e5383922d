package main

import (
	"errors"
	"fmt"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// servable refuses a catalog whose visitors' consent nothing says that this
// version reads: of the catalog, and of each site with a source of its own. The
// snapshot has been verified.
func servable(b []byte) error {
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	switch index := v.Catalog().Consent(); {
	case index == snapshot.None:
		return errors.New(`the catalog does not say where consent comes from; write "consent: assumed" where the site asks for it elsewhere`)
	case v.Consent(index).Source() != snapshot.ConsentAssumed:
		return errors.New(`the catalog's consent comes from a source that this version does not read yet; write "consent: assumed" where the site asks for it elsewhere`)
	}
	for i := range v.Count(snapshot.SecSites) {
		index := v.Site(i).Consent()
		if index != snapshot.None && v.Consent(index).Source() != snapshot.ConsentAssumed {
			return fmt.Errorf("the consent of site %q comes from a source that this version does not read yet; leave it out where consent is assumed", siteName(&v, v.Site(i)))
		}
	}
	return nil
}

// siteName is a site's pattern as the catalog has it.
func siteName(v *snapshot.View, s *snapshot.Site) string {
	switch s.Kind() {
	case snapshot.SiteExact:
		return string(v.Name(s.Name()))
	case snapshot.SiteSuffix:
		return "*" + string(v.Name(s.Name()))
	}
	return "*"
}
