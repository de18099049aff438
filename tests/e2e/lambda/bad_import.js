require('./no-such-module')
