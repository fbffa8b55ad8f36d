/* The program's entry: hands the arguments to the command line, which builds the stages it needs. */
#include "openbook/cli/cli.h"

int main(int argc, char **argv)
{
    return ob_cli_main(argc, argv);
}
