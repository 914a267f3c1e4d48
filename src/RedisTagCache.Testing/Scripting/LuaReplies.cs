using System.Globalization;
using System.Text;
using KeraLua;
using RedisTagCache.Testing.Commands;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Scripting;

/// <summary>Converts between replies and values of Lua, as Redis does.</summary>
internal static class LuaReplies
{
    public static void Push(Lua lua, RespReply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Status:
                PushTable(lua, "ok", reply.Bytes);
                break;
            case ReplyKind.Error:
                PushTable(lua, "err", reply.Bytes);
                break;
            case ReplyKind.Integer:
                lua.PushInteger(reply.Number);
                break;
            case ReplyKind.Double:
                lua.PushBuffer(Encoding.ASCII.GetBytes(RespReply.Text(reply.Score)));
                break;
            case ReplyKind.Bulk:
                lua.PushBuffer(reply.Bytes);
                break;
            case ReplyKind.Null:
                lua.PushBoolean(false);
                break;
            default:
                lua.CreateTable(reply.Items.Count, 0);
                for (var i = 0; i < reply.Items.Count; i++)
                {
                    Push(lua, reply.Items[i]);
                    lua.RawSetInteger(-2, i + 1);
                }

                break;
        }
    }

    /// <summary>Gets the argument of a command.</summary>
    /// <exception cref="CommandException">It is neither text nor a number.</exception>
    public static byte[] Argument(Lua lua, int index) => lua.Type(index) switch
    {
        LuaType.String => lua.ToBuffer(index),
        LuaType.Number when lua.IsInteger(index) => Encoding.ASCII.GetBytes(lua.ToInteger(index).ToString(CultureInfo.InvariantCulture)),
        LuaType.Number => Encoding.ASCII.GetBytes(RespReply.Text(lua.ToNumber(index))),
        _ => throw new CommandException("ERR Lua redis lib command arguments must be strings or integers"),
    };

    /// <summary>Gets the reply that a value of a script is.</summary>
    public static RespReply Take(Lua lua, int index)
    {
        switch (lua.Type(index))
        {
            case LuaType.String:
                return RespReply.Bulk(lua.ToBuffer(index));
            case LuaType.Number:
                return RespReply.Integer(lua.IsInteger(index) ? lua.ToInteger(index) : (long)lua.ToNumber(index));
            case LuaType.Boolean when lua.ToBoolean(index):
                return RespReply.Integer(1);
            case LuaType.Table:
                return TakeTable(lua, lua.AbsIndex(index));
            default:
                return RespReply.Null;
        }
    }

    private static RespReply TakeTable(Lua lua, int index)
    {
        if (Field(lua, index, "err") is { } error)
            return RespReply.Error(error);
        if (Field(lua, index, "ok") is { } status)
            return RespReply.Status(status);
        var items = new List<RespReply>();
        for (var i = 1; lua.RawGetInteger(index, i) != LuaType.Nil; i++)
        {
            items.Add(Take(lua, -1));
            lua.Pop(1);
        }

        lua.Pop(1);
        return RespReply.Array(items);
    }

    private static string? Field(Lua lua, int index, string name)
    {
        lua.PushString(name);
        var text = lua.RawGet(index) == LuaType.String ? lua.ToString(-1) : null;
        lua.Pop(1);
        return text;
    }

    private static void PushTable(Lua lua, string name, byte[] text)
    {
        lua.CreateTable(0, 1);
        lua.PushString(name);
        lua.PushBuffer(text);
        lua.RawSet(-3);
    }
}
