/** Pages for people. Their handlers parse a request, ask the core and write HTML; there is no build step and no script from elsewhere. */
package seatlock.web;
