exports.handler = async (event) => 'Hello, ' + event.who + '!'
