/**
 * What must hold between the tables at any moment, whatever has happened, asked of the database itself.
 *
 * <p>The schema stops most of it, the code makes all of it so, and this believes neither: it counts. It reads and never
 * repairs: a violation is a bug, or somebody who wrote SQL by hand, and wants a person.
 */
package seatlock.verify;
