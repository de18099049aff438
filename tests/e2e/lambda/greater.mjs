export const handler = (event, context, callback) => {
  callback(null, { msg: 'greater', of: event.generatedRandomNumber })
}
