/* The command line: search, ask, index, status, shelf, serve, doctor, help, version. */
#ifndef OB_CLI_CLI_H
#define OB_CLI_CLI_H

/* Runs the program; returns its exit status: 0 ok, 1 nothing found, 2 wrong usage, 3 failed. */
int ob_cli_main(int argc, char **argv);

#endif
