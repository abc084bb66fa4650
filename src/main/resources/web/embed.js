// The shop on other sites.
