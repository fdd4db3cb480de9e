// [Source file intent]
// Serves the tide tables of one harbour over HTTP.
//
// [Source file design principles]
// - Tables are read once
//
// [Source file constraints]
// - No cgo
//
// [Dependencies]
// codebase: internal/tides/table.go
// system: net/http

package main
