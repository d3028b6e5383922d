// Command peers
package main

func main() {}
