/** The command line, by picocli. Each subcommand has its own file. */
package seatlock.cli;
