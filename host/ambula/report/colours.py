"""The colours of the report's figures: they differ in lightness first, also for people who see some hues alike.

Set as attributes of the drawing, not in the style sheet, so that every program that prints the page draws them. Hues
after Okabe & Ito, "Color Universal Design" (jfly.uni-koeln.de/color); the tests simulate the three colour blindnesses.
"""

FILL = {
    # what was done
    "lying": "#d3dce6",
    "sitting": "#8597ac",
    "sedentary": "#adbccb",
    "standing": "#f0c75e",
    "walking": "#0072b2",
    "stairs": "#00263d",
    "running": "#d55e00",
    "cycling": "#8b3a7c",
    "other": "#d9cfa3",
    "not_worn": "#ffffff",
    # pace
    "slow": "#a6d0ea",
    "moderate": "#3f93cf",
    "brisk": "#0a4f86",
    "unknown-pace": "#d9d9d9",
    # length of a sitting
    "sat-0": "#dde4eb",
    "sat-10": "#a9b9c9",
    "sat-30": "#eda94f",
    "sat-60": "#b3490a",
    # trunk
    "bent": "#3f93cf",
    # wear
    "both": "#0072b2",
    "one-node": "#8cc6ea",
    # what became of a slot
    "slot-recorded": "#0072b2",
    "slot-not-worn": "#ffffff",
    "slot-stood-in": "#56b4e9",
    "slot-rebooting": "#f2c14e",
    "slot-sensor-fault": "#d55e00",
    "slot-storage-full": "#8b3a7c",
    "slot-clock-unknown": "#8fa4ba",
    "slot-lost": "#1b2430",
    # the person's page
    "longer-walks": "#0a4f86",
    "short-walks": "#8cc6ea",
    "pain": "#a63d0f",
    "sat-short": "#8597ac",
    "sat-long": "#d9822b",
    # the programme
    "walked": "#3f93cf",
    "reached": "#0a4f86",
    "nothing": "none",
}
