"""The moods that can be asked for by name, and the other words that people call them by."""

from __future__ import annotations

from functools import cache

from antiphon.errors import InvalidRequest, nearest

# A mood, and what else it is called; engines know the moods alone.
_NAMES = {
    "neutral": ("normal plain natural default none 中性 平淡 正常 自然"),
    "happy": (
        "cheerful joyful glad joy happiness friendly hopeful positive"
        " 开心 高兴 快乐 愉快 欢快 喜悦 欢乐 友好"
    ),
    "sad": (
        "sorrowful unhappy depressed melancholy gloomy sadness sorry"
        " 悲伤 难过 伤心 忧伤 悲痛 沮丧 忧郁"
    ),
    "angry": ("mad furious annoyed irritated anger disgruntled 愤怒 生气 气愤 恼火 恼怒 暴怒 发火"),
    "calm": (
        "relaxed peaceful soothing composed serene 平静 冷静 沉着 淡定 安静 平和 从容 舒缓 镇定"
    ),
    "excited": (
        "enthusiastic energetic thrilled lively upbeat excitement 激动 兴奋 热情 激昂 亢奋 活泼"
    ),
    "fearful": (
        "afraid scared terrified frightened anxious nervous fear 害怕 恐惧 惊恐 紧张 焦虑 恐慌"
    ),
    "surprised": ("astonished amazed shocked surprise 惊讶 吃惊 惊奇 震惊 惊喜 诧异"),
    "disgusted": ("disgust contemptuous repulsed disdainful 厌恶 反感 嫌弃 恶心 鄙视"),
    "tender": (
        "gentle warm affectionate soft loving kind empathetic caring reassuring comforting"
        " 温柔 温和 温暖 亲切 柔和 深情 慈祥"
    ),
    "serious": (
        "stern formal solemn grave strict professional 严肃 庄重 认真 正式 严厉 郑重 庄严 专业"
    ),
    "bored": ("tired boredom weary 无聊 厌倦 无精打采 疲惫"),
    "whisper": ("whispering whispered whispers hushed 耳语 低语 悄悄话 悄声 窃窃私语 轻声细语"),
}
MOODS: tuple[str, ...] = tuple(_NAMES)


@cache
def mood_names() -> dict[str, str]:
    """Every name with the mood that it means."""
    others = {name: mood for mood, names in _NAMES.items() for name in names.split()}
    return others | {mood: mood for mood in MOODS}


def known_mood(name: str) -> str | None:
    """The mood of that name in English or Chinese, in any case, or None."""
    return mood_names().get(name.strip().lower())


def find_mood(name: str, param: str = "emotion") -> str:
    """The mood of that name; raises `InvalidRequest` for `param` with the nearest right one."""
    if (mood := known_mood(name)) is not None:
        return mood
    close = nearest(name, mood_names())
    told = close if close.startswith("did you mean") else nearest(name, MOODS)
    raise InvalidRequest(f"there is no {param} {name[:40]!r}; {told}", param)
