package snapshot

// Section numbers. A section that a reader does not know is ignored; one that
// it needs and does not find is an error.
const (
	SecCatalog         = 1  // one Catalog record
	SecNameIndex       = 2  // u32 offsets, one more than there are names
	SecNames           = 3  // UTF-8, sorted, unique: the order of ids is the order of bytes
	SecSites           = 4  // Site records: exact hosts by name, then suffixes longest first, then any
	SecEnvironments    = 5  // Environment records, by name
	SecAttributes      = 6  // Attribute records, by name within their list
	SecValues          = 7  // msgpack values
	SecPages           = 8  // Page records: exact paths by name, then patterns by literal prefix, longest first
	SecPageSlots       = 9  // PageSlot records
	SecSpaces          = 10 // Space records, by name within their environment
	SecFields          = 11 // Field records, in the author's order
	SecWrites          = 12 // Write records, by attribute
	SecCategories      = 13 // Category records, in preorder, siblings by name
	SecCategoryIndex   = 14 // u32 categories, by name within their environment
	SecOffers          = 15 // Offer records, in rank order within their environment
	SecWeights         = 16 // Weight records
	SecContents        = 17 // Content records, by space within their offer, then by language, the default first
	SecContentFields   = 18 // ContentField records
	SecText            = 19 // templates and labels
	SecPrograms        = 20 // Span records into SecCode
	SecCode            = 21 // compiled expressions
	SecProgramUses     = 22 // u32 bit sets, one for each program
	SecLists           = 23 // u32 lists
	SecTransitions     = 24 // Transition records of the catalog's zone, by time
	SecBitmaps         = 25 // u64 words: bit r of a space's map = the offer of rank r is live there, of a rule's = it applies to it
	SecOfferAttributes = 26 // Span records into SecValues
	SecIndex           = 27 // u64 words: for each environment which offers an attribute or the time lets through, see Index
	SecRules           = 28 // Rule records, by name within their environment
	SecExperiments     = 29 // Experiment records, by name
	SecArms            = 30 // Arm records, by name within their experiment
	SecConsents        = 31 // Consent records: the catalog's, then those of sites
	SecJSONSlots       = 32 // JSONSlot records: exact pages by name, then patterns by literal prefix, longest first
	SecHoldout         = 33 // one Holdout record, or none
	SecRetention       = 34 // one Retention record, or none
	SecZones           = 35 // Zone records of the zones that expressions name, by name
	SecZoneTransitions = 36 // Transition records of each zone, by time; the last is where what is known ends
	SecParameters      = 37 // Parameter records, in the order in which expressions name them
	NumSections        = 38 // one more than the greatest number
)

// None is the index that stands for nothing.
const None = ^uint32(0)

// Forever and Never bound periods that are open on a side, in milliseconds.
const (
	Forever = int64(1)<<62 - 1
	Never   = -Forever
)

// Sizes of records in bytes. Each is a multiple of 8 where it holds 64-bit fields.
const (
	catalogSize      = 32
	siteSize         = 16
	environmentSize  = 128
	attributeSize    = 24
	pageSize         = 24
	pageSlotSize     = 8
	spaceSize        = 96
	fieldSize        = 8
	writeSize        = 8
	categorySize     = 80
	offerSize        = 96
	weightSize       = 40
	contentSize      = 16
	contentFieldSize = 16
	spanSize         = 8
	transitionSize   = 16
	ruleSize         = 40
	experimentSize   = 16
	armSize          = 8
	holdoutSize      = 16
	retentionSize    = 16
	consentSize      = 16
	jsonSlotSize     = 24
	indexEntrySize   = 8
	indexHeadSize    = 8
	columnSize       = 4
	zoneSize         = 16
	parameterSize    = 8
)

// recordSize is the size of one entry of a section; 1 for sections of bytes.
var recordSize = [NumSections]int{
	0:          1,
	SecCatalog: catalogSize, SecNameIndex: 4, SecNames: 1, SecSites: siteSize,
	SecEnvironments: environmentSize, SecAttributes: attributeSize, SecValues: 1,
	SecPages: pageSize, SecPageSlots: pageSlotSize, SecSpaces: spaceSize, SecFields: fieldSize,
	SecWrites: writeSize, SecCategories: categorySize, SecCategoryIndex: 4, SecOffers: offerSize,
	SecWeights: weightSize, SecContents: contentSize, SecContentFields: contentFieldSize, SecText: 1,
	SecPrograms: spanSize, SecCode: 1, SecProgramUses: 4, SecLists: 4, SecTransitions: transitionSize,
	SecBitmaps: 8, SecOfferAttributes: spanSize, SecIndex: 8, SecRules: ruleSize, SecExperiments: experimentSize,
	SecArms: armSize, SecConsents: consentSize, SecJSONSlots: jsonSlotSize, SecHoldout: holdoutSize,
	SecRetention: retentionSize, SecZones: zoneSize, SecZoneTransitions: transitionSize,
	SecParameters: parameterSize,
}

// RecordSize is the size in bytes of one entry of a section, 1 for sections of
// bytes.
func RecordSize(section int) int { return recordSize[section] }
