#include "cli/run.h"

int main(int argc, char** argv) { return edgeplane::cli::RunProcess(argc, argv); }
