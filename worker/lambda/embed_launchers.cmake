# Writes the launchers into a C++ source: cmake -DFOLDER=... -DOUTPUT=... -P embed_launchers.cmake
file(READ ${FOLDER}/node.mjs node)
file(READ ${FOLDER}/python.py python)
file(WRITE ${OUTPUT} "#include \"worker/lambda/launchers.h\"\n\nnamespace pawl::worker {\n"
  "const char kNodeLauncher[] = R\"LAUNCHER(${node})LAUNCHER\";\n"
  "const char kPythonLauncher[] = R\"LAUNCHER(${python})LAUNCHER\";\n"
  "}  // namespace pawl::worker\n")
