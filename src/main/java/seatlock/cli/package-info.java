/** The command line, by picocli: a file for each subcommand. */
package seatlock.cli;
