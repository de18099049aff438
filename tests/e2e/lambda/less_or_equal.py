def lambda_handler(event, context):
    return {"msg": "lessOrEqual", "of": event["generatedRandomNumber"]}
