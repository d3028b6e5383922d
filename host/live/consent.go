package live

import (
	"errors"
	"fmt"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// sources is what to write where nothing says whether a visitor agrees.
const sources = `write "consent: {cookie: NAME, value: VALUE}" for the cookie that says yes, or {header: NAME, value: VALUE}, or {tcf: NAME, purposes: [1]}, or, where consent is asked for elsewhere, "consent: assumed"`

// Servable refuses a catalog in which nothing says whether the visitors of a
// page agree: neither the catalog nor its site. The snapshot has been verified.
func Servable(b []byte) error {
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	if v.Catalog().Consent() != snapshot.None {
		return nil
	}
	sites := v.Count(snapshot.SecSites)
	for i := range sites {
		if v.Site(i).Consent() == snapshot.None {
			return fmt.Errorf("neither the catalog nor its site %q says where consent comes from; %s", siteName(&v, v.Site(i)), sources)
		}
	}
	if sites == 0 {
		return errors.New("the catalog does not say where consent comes from; " + sources)
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
