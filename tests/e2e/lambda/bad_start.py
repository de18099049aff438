raise KeyError("not there")
