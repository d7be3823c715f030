// The command line: which sub-command, nothing else.

#include "gateway/cli/commands.hpp"

int main(int argc, char** argv) {
  return parley::gateway::run_command_line(argc, argv);
}
